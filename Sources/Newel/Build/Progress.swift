/// How far a long job has come. Handlers are called often, on the job's thread, and should return quickly.
public struct JobProgress: Sendable {
  /// What is being done, e.g. `encoding`.
  public let stage: String
  /// Units done in this stage.
  public let done: Int
  /// Units in all, nil when not known beforehand.
  public let total: Int?
  /// The unit, in the plural: `rows`, `documents`, `bytes`; empty for a stage that is one step.
  public let unit: String
  /// What else there is to say of this moment, such as the loss of a training; empty for most stages.
  public let detail: String

  public init(stage: String, done: Int, total: Int?, unit: String, detail: String = "") {
    self.stage = stage
    self.done = done
    self.total = total
    self.unit = unit
    self.detail = detail
  }
}

/// Receives the progress of a job, every stage from 0 on. What it throws stops a job that would otherwise change an index,
/// which is then as it was before, and a training in steps, which can be gone on with; other jobs go on.
public typealias ProgressHandler = (JobProgress) throws -> Void
