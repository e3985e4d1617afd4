/// Go's `encoding/gob`: streams of values that carry their own types.
///
/// A stream has one ``GobEncoder`` at one end and one ``GobDecoder`` at the other, and both live as long as it does: a
/// type is defined once, before its first value. Neither does I/O. The encoder gathers messages in a buffer that the
/// caller takes; the decoder reads messages where they lie in the caller's buffer.
///
/// ## Types
///
/// A Swift struct names its fields once, for both directions:
///
/// ```swift
/// struct Arguments<Text: GobField>: GobStruct {
///     var name = Text.gobZero
///     var data = Text.gobZero
///     var seq: UInt64 = 0
///
///     static var gobName: String { "RPCPayload" }
///     mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
///         field("Name", &name)
///         field("Data", &data)
///         field("Seq", &seq)
///     }
/// }
/// ```
///
/// `Arguments<String>` owns its texts. `Arguments<GobText>` borrows them: a ``GobText`` is a place in the bytes that the
/// decoder was given, and decoding into it allocates nothing. What else can be a field is listed at ``GobField``.
///
/// ## Writing
///
/// ```swift
/// var encoder = GobEncoder()
/// try encoder.encode(arguments)
/// encoder.withUnsafeBytes { buffer.writeBytes($0) }
/// encoder.removeAll()
/// ```
///
/// ``GobEncoder/encode(_:textIn:)`` writes a struct with ``GobText`` fields, taking the texts from the bytes they were
/// decoded from. ``GobEncoder/encodeString(_:appending:)`` writes a top-level string from borrowed bytes.
///
/// ## Reading
///
/// ```swift
/// var decoder = GobDecoder()
/// var arguments = Arguments<GobText>()
/// switch try decoder.decode(into: &arguments, from: bytes) {
/// case .value(let consumed): record(bytes.extracting(arguments.name.range)); drop(consumed)
/// case .needsMore(let consumed): drop(consumed)
/// }
/// ```
///
/// Fields are matched by name; ones that the peer did not send keep their value, ones that are not declared are passed
/// over. An error whose ``GobError/resumeOffset`` is set concerns that one value only: drop so many bytes and go on.
///
/// ## Values of unknown types
///
/// ``GobValue`` holds anything and prints itself; ``GobEncoder/encode(_:)-(GobDocument)`` sends it again, and
/// ``description(of:limits:)`` shows a whole stream. Documents also take and give `Codable` values, at a slower pace.
public enum Gob {}
