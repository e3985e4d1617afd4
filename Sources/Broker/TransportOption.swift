/// One thing that a transport can be told and no other: how many messages RabbitMQ hands out ahead, for one.
///
/// It is declared where the protocol is, and listed in ``TransportDescriptor/options``; from there come its flag, its help, the
/// check of what is given, and the transport's way to read it:
///
/// ```swift
/// static let prefetch = TransportOption<UInt16>.integer("prefetch", of: .logger, in: 1...65_535, "How many …")
///
/// configuration.prefetch = options.own[prefetch] ?? 256
/// ```
public struct TransportOption<Value: Sendable>: TransportOptionDeclaration {
    /// Its name among those of the transport and the half: `prefetch`.
    public let name: String
    /// Who is told.
    public let half: TransportHalf
    /// What the value is called in the help; nil for a flag, which has none.
    public let valueName: String?
    /// What the value may be: `1 to 65535`.
    public let allowed: String
    /// What it is for: a sentence, or two.
    public let help: String
    /// What the reader of an outcome has to know when it was given; nil where that changes nothing.
    public var remark: String?
    private let read: @Sendable (String) -> Value?

    /// Creates an option.
    /// - Parameter read: the value of a text; nil where that is not allowed.
    public init(
        _ name: String, of half: TransportHalf, valueName: String?, allowed: String, _ help: String,
        read: @escaping @Sendable (String) -> Value?
    ) {
        (self.name, self.half, self.valueName, self.allowed, self.help) = (name, half, valueName, allowed, help)
        self.read = read
    }

    /// The value of a text; nil where that is not allowed.
    public func value(of text: String) -> (any Sendable)? { read(text) }
}

/// A ``TransportOption`` of any type.
public protocol TransportOptionDeclaration: Sendable {
    /// Its name among those of the transport and the half: `prefetch`.
    var name: String { get }
    /// Who is told.
    var half: TransportHalf { get }
    /// What the value is called in the help; nil for a flag, which has none.
    var valueName: String? { get }
    /// What the value may be: `1 to 65535`.
    var allowed: String { get }
    /// What it is for: a sentence, or two.
    var help: String { get }
    /// What the reader of an outcome has to know when it was given; nil where that changes nothing.
    var remark: String? { get }
    /// The value of a text; nil where that is not allowed.
    func value(of text: String) -> (any Sendable)?
}

/// The two sides of a transport.
public enum TransportHalf: Sendable, Hashable {
    /// The one that sends.
    case broker
    /// The one that receives.
    case logger
}

/// What a transport was told of its own ``TransportOption``s.
public struct TransportSettings: Sendable {
    private var values: [String: any Sendable] = [:]

    /// Creates settings that say nothing.
    public init() {}

    /// What was told of an option; nil where that is nothing.
    public subscript<Value>(option: TransportOption<Value>) -> Value? {
        get { values[option.name] as? Value }
        set { values[option.name] = newValue }
    }

    /// Tells what a text says of an option.
    /// - Returns: Whether that is allowed.
    public mutating func set(_ option: any TransportOptionDeclaration, to text: String) -> Bool {
        guard let value = option.value(of: text) else { return false }
        values[option.name] = value
        return true
    }
}

extension TransportOption where Value == String {
    /// A text.
    public static func text(_ name: String, of half: TransportHalf, valueName: String, _ help: String) -> Self {
        TransportOption(name, of: half, valueName: valueName, allowed: "a text", help) { $0 }
    }
}

extension TransportOption where Value == Bool {
    /// Something that is so when it is said.
    public static func flag(_ name: String, of half: TransportHalf, _ help: String) -> Self {
        TransportOption(name, of: half, valueName: nil, allowed: "no value", help) { _ in true }
    }
}

extension TransportOption where Value: FixedWidthInteger {
    /// A whole number.
    public static func integer(
        _ name: String, of half: TransportHalf, in range: ClosedRange<Value>, _ help: String
    ) -> Self {
        TransportOption(
            name, of: half, valueName: "n", allowed: "\(range.lowerBound) to \(range.upperBound)", help
        ) { text in
            Value(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension TransportOption where Value == Duration {
    /// A time in seconds, with a fraction if need be.
    public static func seconds(
        _ name: String, of half: TransportHalf, in range: ClosedRange<Double> = 0.1...31_536_000, _ help: String
    ) -> Self {
        // Whole numbers are shown without their fraction.
        let bounds = [range.lowerBound, range.upperBound].map { Int(exactly: $0).map(String.init) ?? "\($0)" }
        return TransportOption(
            name, of: half, valueName: "seconds", allowed: "\(bounds[0]) to \(bounds[1]) seconds", help
        ) { text in
            Double(text).flatMap { range.contains($0) ? .seconds($0) : nil }
        }
    }
}

extension TransportOption where Value: RawRepresentable<String> & CaseIterable {
    /// One of a few words.
    public static func word(_ name: String, of half: TransportHalf, _ help: String) -> Self
    where Value: SendableMetatype {
        let words = Value.allCases.map(\.rawValue)
        return TransportOption(
            name, of: half, valueName: words.joined(separator: "|"), allowed: words.joined(separator: " or "), help
        ) { Value(rawValue: $0) }
    }
}
