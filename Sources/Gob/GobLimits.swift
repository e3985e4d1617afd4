/// What a decoder accepts from a peer.
///
/// A length that exceeds a limit, or claims more than the message holds, is refused before anything is allocated.
public struct GobLimits: Hashable, Sendable {
    /// The longest accepted value in bytes, over all the messages it spans.
    public var messageBytes: Int
    /// How deep structs, collections and interfaces may nest.
    public var nesting: Int
    /// How many types a stream may define.
    public var types: Int
    /// How many bytes the definitions of a stream's types may take.
    public var definitionBytes: Int
    /// How many elements an array, slice or map may have, and how many fields a struct.
    public var elements: Int
    /// How many bytes of strings, byte slices and elements one message may make the decoder allocate.
    public var allocatedBytes: Int
    /// How many times its length a value may be read again because it goes on in messages that have not arrived.
    ///
    /// One that defines types in its middle is read from its start when more of it comes. The first MiB is not counted.
    public var rereads: Int

    /// Creates limits.
    public init(
        messageBytes: Int = 64 << 20, nesting: Int = 200, types: Int = 1024, definitionBytes: Int = 1 << 20,
        elements: Int = 16 << 20, allocatedBytes: Int = 256 << 20, rereads: Int = 16
    ) {
        self.messageBytes = messageBytes
        self.nesting = nesting
        self.types = types
        self.definitionBytes = definitionBytes
        self.elements = elements
        self.allocatedBytes = allocatedBytes
        self.rereads = rereads
    }
}
