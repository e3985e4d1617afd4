/// Which cores broker and logger may run on.
package enum Placement: String, Sendable, Hashable, CaseIterable, Codable {
    /// All that the benchmark was given.
    case free
    /// The broker on one core, the logger on another one; the rest of what works on what is left.
    case split
    /// One and the same core.
    case oneCPU = "one-cpu"
}
