/// HTTP routes, JSON types and the web page.
///
/// The room is reserved: nothing is built here yet. It will be the only importer of Hummingbird, and it sees the engine
/// through the facade `Newel` alone.
public enum NewelServer {}
