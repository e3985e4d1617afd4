import Broker
import EntryJSON
import Foundation
import NIOCore

extension FuzzTarget {
    /// What is read as an entry is one to Foundation too, with the same texts, and is the same after it was written and read
    /// again; what Foundation writes of its texts is read.
    static let entryJSON = FuzzTarget(name: "entry-json") { bytes in
        var reader = EntryJSONReader()
        let ours = try? reader.read(bytes.span.bytes) { $0.copy() }
        let foundations = (try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: Any]
        if let ours {
            var out = ByteBuffer()
            let json = EntryJSONText(ours)
            json.write(into: &out)
            require(out.readableBytes == json.byteCount, "a wrong length was told")
            let again = try? reader.read(out.readableBytesSpan) { $0.copy() }
            require(again == ours, "an entry is another one after it was written: \(ours) \(String(describing: again))")
            // Foundation has no numbers beyond a Double's, and takes the first of members that come twice.
            guard !mayHoldLargeNumber(bytes) else { return }
            require(foundations != nil, "Foundation does not read it")
            guard !mayHoldTwins(bytes) else { return }
            require(foundations?["name"] as? String == ours.name, "Foundation reads another name")
            require(foundations?["data"] as? String == ours.data, "Foundation reads another text")
        }
        if let foundations, let name = foundations["name"] as? String, let data = foundations["data"] as? String {
            guard let json = try? JSONSerialization.data(withJSONObject: ["name": name, "data": data]) else { return }
            let read = try? reader.read(Array(json).span.bytes) { $0.copy() }
            require(read == LogEntry(name: name, data: data), "what Foundation writes is not read")
        }
    }

    /// An exponent, or more digits than a Double has.
    private static func mayHoldLargeNumber(_ bytes: [UInt8]) -> Bool {
        var digits = 0
        for byte in bytes {
            digits = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? digits + 1 : 0
            if digits > 300 { return true }
        }
        return zip(bytes, bytes.dropFirst()).contains { digit, e in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) && e | 0x20 == UInt8(ascii: "e")
        }
    }

    /// Two quoted texts that could be the same key, however it is written.
    private static func mayHoldTwins(_ bytes: [UInt8]) -> Bool {
        if bytes.contains(UInt8(ascii: "\\")) { return true }
        let text = String(decoding: bytes, as: UTF8.self)
        return text.split(separator: "\"name\"", omittingEmptySubsequences: false).count > 2
            || text.split(separator: "\"data\"", omittingEmptySubsequences: false).count > 2
    }
}
