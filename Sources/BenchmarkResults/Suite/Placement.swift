/// Which cores broker and logger may run on.
package enum Placement: String, Sendable, Hashable, CaseIterable, Codable {
    /// All that the benchmark was given.
    case free
    /// One and the same core.
    case oneCPU = "one-cpu"
}
