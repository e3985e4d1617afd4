package import CNGHTTP2
package import NIOCore

/// A server engine that leaves to a ``ServerConnection`` what belongs to no request.
package protocol ConnectionServer: ServerCallbackTarget {
    var connection: ServerConnection { get }
    /// The time.
    var now: NIODeadline { get }
}

extension ConnectionServer {
    package func emptyFrameCame() {
        connection.idleFrameCame()
    }

    package func otherFrameCame(_ frame: UnsafePointer<nghttp2_frame>) {
        connection.frameCame(frame, at: now)
    }

    package func goawaySent(_ errorCode: UInt32) {
        connection.goawaySent(errorCode)
    }

    package func libraryComplained(_ message: String) {
        connection.libraryComplained(message)
    }
}
