/// A network of its own that a node is started in: an end of a link.
package struct NodePlace: Sendable, Hashable {
    /// The address that clients find the node at, where nothing else listens.
    package let address: String
    /// What starts a program there: a program and its arguments, behind which those of the other stand.
    package let entrance: [String]
    /// Connects to a port of the address from within: a socket, which the caller closes; throws where nothing listens.
    let connect: @Sendable (_ port: Int) async throws -> Int32

    /// A place.
    package init(
        address: String, entrance: [String], connect: @escaping @Sendable (_ port: Int) async throws -> Int32
    ) {
        (self.address, self.entrance, self.connect) = (address, entrance, connect)
    }

    /// Whether both are the same end.
    package static func == (place: NodePlace, other: NodePlace) -> Bool {
        place.address == other.address && place.entrance == other.entrance
    }

    /// Feeds what tells places apart.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(address)
        hasher.combine(entrance)
    }
}
