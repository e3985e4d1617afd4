/// What a server has to do at a certain time, for the stream that has that slot and generation.
enum ServerTimer {
    /// The client no longer waits for the answer.
    case deadline(Int, UInt32)
    /// A handler has asked to be called.
    case later(Int, UInt32, () -> Void)

    var slot: Int {
        switch self {
        case .deadline(let slot, _), .later(let slot, _, _): slot
        }
    }

    var generation: UInt32 {
        switch self {
        case .deadline(_, let generation), .later(_, let generation, _): generation
        }
    }
}
