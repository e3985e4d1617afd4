public import Gob

/// The methods that a net/rpc server offers, by `Service.Method`.
///
/// ```swift
/// var methods = RPCMethods()
/// methods.register("Arith.Divide") { (arguments: Arguments) throws -> Quotient in
///     guard arguments.b != 0 else { throw RPCFailure("divide by zero") }
///     return Quotient(quotient: arguments.a / arguments.b, remainder: arguments.a % arguments.b)
/// }
/// ```
public struct RPCMethods: Sendable {
    private var methods: [String: any RPCMethod] = [:]
    private var services: Set<String> = []

    /// Creates an empty set.
    public init() {}

    /// Offers a method; one of the same name is replaced.
    ///
    /// Each call runs in a task of its own, so that a slow one holds up nobody. The task is cancelled when the connection is
    /// lost.
    /// - Parameters:
    ///   - serviceMethod: `Service.Method`.
    ///   - body: makes the reply. The text of what it throws is the client's error. Neither type may have ``GobText`` in it.
    public mutating func register<Argument: GobField & Sendable, Reply: GobField & Sendable>(
        _ serviceMethod: String, _ body: @escaping @Sendable (Argument) async throws -> Reply
    ) {
        guard let dot = serviceMethod.lastIndex(of: ".") else {
            preconditionFailure("'\(serviceMethod)' is not of the form Service.Method")
        }
        services.insert(String(serviceMethod[..<dot]))
        methods[serviceMethod] = TypedRPCMethod(body: body)
    }

    /// Adds a service whose methods the engine answers itself.
    mutating func reserve(service: String) {
        services.insert(service)
    }

    subscript(_ serviceMethod: String) -> (any RPCMethod)? { methods[serviceMethod] }

    /// What Go's server says of a method that there is not.
    func unknown(_ serviceMethod: String) -> String {
        guard let dot = serviceMethod.lastIndex(of: ".") else {
            return "rpc: service/method request ill-formed: \(serviceMethod)"
        }
        let what = services.contains(String(serviceMethod[..<dot])) ? "method" : "service"
        return "rpc: can't find \(what) \(serviceMethod)"
    }
}

/// An error whose text is the message alone, as the client of a call is to read it.
public struct RPCFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The text.
    public var description: String

    /// Creates an error.
    public init(_ description: String) {
        self.description = description
    }
}

/// A method of any types, as the engine sees it.
protocol RPCMethod: Sendable {
    /// Reads the argument; once all of it is there, also returns what makes the answer.
    func read(
        from decoder: inout GobDecoder, _ bytes: RawSpan
    ) throws(GobError) -> (GobDecodeResult, run: @Sendable () async -> RPCAnswer)
}

/// What a method made of a call.
enum RPCAnswer: Sendable {
    /// Appends the reply to the stream.
    case reply(@Sendable (inout GobEncoder) throws(GobError) -> Void)
    case failure(String)
}

private struct TypedRPCMethod<Argument: GobField & Sendable, Reply: GobField & Sendable>: RPCMethod {
    let body: @Sendable (Argument) async throws -> Reply

    func read(
        from decoder: inout GobDecoder, _ bytes: RawSpan
    ) throws(GobError) -> (GobDecodeResult, run: @Sendable () async -> RPCAnswer) {
        var argument = Argument.gobZero
        let result = try decoder.decode(into: &argument, from: bytes)
        return (
            result,
            { [body, argument] in
                do {
                    let reply = try await body(argument)
                    return .reply { encoder throws(GobError) in try encoder.encode(reply) }
                } catch {
                    return .failure("\(error)")
                }
            }
        )
    }
}
