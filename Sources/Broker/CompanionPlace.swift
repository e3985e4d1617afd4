/// Where a companion is started that is not to share this process's network: an end of a link.
public struct CompanionPlace: Sendable {
    /// The address that it listens at, where nothing else does.
    public var address: String
    /// What starts a program there: a program and its arguments, behind which those of the other stand; it becomes the other.
    public var entrance: [String]
    /// Connects to a port of the address from within; throws where nothing listens.
    /// - Returns: the descriptor of a socket, which the caller closes.
    public var connect: @Sendable (_ port: Int) async throws -> Int32
    /// Has a port of this process's 127.0.0.1 lead to a port of the address, as long as the place is lent.
    /// - Returns: that port.
    public var door: @Sendable (_ port: Int) async throws -> Int

    /// A place.
    public init(
        address: String, entrance: [String], connect: @escaping @Sendable (_ port: Int) async throws -> Int32,
        door: @escaping @Sendable (_ port: Int) async throws -> Int
    ) {
        (self.address, self.entrance, self.connect, self.door) = (address, entrance, connect, door)
    }
}
