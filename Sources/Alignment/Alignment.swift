/// Dense maps between two embedding spaces (least squares, Procrustes, CCA and their trained kin), re-ranking and fusion.
///
/// The room is reserved: nothing is built here yet. Maps are fitted on the pairs that `EmbeddingDumps` reads, with the
/// solvers of `Learning` and `LinearAlgebra`, and re-rank the candidates of the inverted index from the dense rows that
/// `IndexStore` keeps beside every segment.
public enum Alignment {}
