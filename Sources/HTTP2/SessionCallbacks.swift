public import CNGHTTP2

/// An engine that nghttp2's callbacks reach, of either side.
public protocol CallbackTarget: AnyObject {
    /// A field of the header list that was begun last; returns whether the connection can go on.
    func fieldCame(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) -> Bool
    func goawaySent(_ errorCode: UInt32)
    func libraryComplained(_ message: String)
}

/// nghttp2's way into an engine of either side, for what both are told: `user_data` is the engine.
///
/// An engine's file makes C functions of these, which cannot be generic themselves.
public enum SessionCallbacks<Engine: CallbackTarget> {
    /// The engine outlives its session, which makes the callbacks: no retain is needed.
    @inlinable @inline(__always)
    static func with<R>(_ userData: UnsafeMutableRawPointer, _ body: (Engine) -> R) -> R {
        Unmanaged<Engine>.fromOpaque(userData)._withUnsafeGuaranteedRef(body)
    }

    /// nghttp2 calls it as its `nghttp2_on_header_callback`.
    @inlinable @inline(__always)
    public static func header(
        _ name: UnsafePointer<UInt8>?, _ nameCount: Int, _ value: UnsafePointer<UInt8>?, _ valueCount: Int,
        _ userData: UnsafeMutableRawPointer?
    ) -> Int32 {
        guard let userData else { return 0 }
        let goesOn = with(userData) { engine in
            engine.fieldCame(
                UnsafeBufferPointer(start: name, count: nameCount),
                UnsafeBufferPointer(start: value, count: valueCount))
        }
        return goesOn ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
    }

    /// nghttp2 calls it as its `nghttp2_error_callback2`.
    public static func error(
        _ text: UnsafePointer<CChar>?, _ count: Int, _ userData: UnsafeMutableRawPointer?
    ) -> Int32 {
        guard let userData, let text else { return 0 }
        let message = String(decoding: UnsafeRawBufferPointer(start: text, count: count), as: UTF8.self)
        with(userData) { $0.libraryComplained(message) }
        return 0
    }
}
