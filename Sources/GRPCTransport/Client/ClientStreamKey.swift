/// What nghttp2 keeps for a client's stream: a ticket of the contract's unary call, or another call's index.
enum ClientStreamKey {
    case entry(Int)
    case call(Int)

    init?(_ userData: UnsafeMutableRawPointer?) {
        let bits = Int(bitPattern: userData)
        guard bits > 1 else { return nil }
        self = bits & 1 == 0 ? .entry(bits >> 1 - 1) : .call(bits >> 1 - 1)
    }

    var userData: UnsafeMutableRawPointer? {
        switch self {
        case .entry(let ticket): UnsafeMutableRawPointer(bitPattern: (ticket + 1) << 1)
        case .call(let index): UnsafeMutableRawPointer(bitPattern: (index + 1) << 1 | 1)
        }
    }
}
