import Broker
package import HTTP2

/// How entries are sent.
enum CallMode {
    /// A call of `WriteLog` each.
    case unary
    /// One call of `WriteLogs` for all of them.
    case stream
}

extension ClientConnection {
    /// The broker half of gRPC.
    /// - Parameter authority: the value of `:authority`, `host:port`.
    convenience init(
        authority: String, maxInFlight: Int, limits: EntryLimits, settings: HTTP2Session.Settings = .client,
        mode: CallMode = .unary, scheme: String = "http"
    ) {
        let requests: any ClientRequests =
            switch mode {
            case .unary: EntryCalls(authority: authority, scheme: scheme, limits: limits)
            case .stream: LogStream(authority: authority, scheme: scheme, limits: limits)
            }
        self.init(requests, maxInFlight: maxInFlight, settings: settings)
    }
}

extension HTTP2Session.Settings {
    /// What the broker's half announces: replies are short.
    package static var client: Self {
        var settings = Self()
        settings.streamWindow = 1024 * 1024
        settings.connectionWindow = 16 * 1024 * 1024
        settings.maxHeaderListSize = CallReply.maxListSize
        return settings
    }
}
