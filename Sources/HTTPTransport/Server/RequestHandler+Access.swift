import Broker

/// Requests that are refused for who has sent them.
extension RequestHandler {
    /// Why a request of HTTP/1.x is refused; nil if it is not.
    func refusal(of head: MessageHead, in request: RawSpan) -> HTTPFault? {
        let access = configuration.access
        if let host = head.host, !host.isEmpty, let fault = refusal(ofHost: request.extracting(host)) { return fault }
        if let origin = head.origin {
            let host = request.extracting(head.host ?? 0..<0)
            guard HTTPAccess.isOrigin(request.extracting(origin), of: host) else { return .foreignPage }
        }
        if let site = head.fetchSite, !HTTPAccess.isOwnSite(request.extracting(site)) { return .foreignPage }
        guard let token = access.token else { return nil }
        guard let credentials = head.authorization else { return .noToken }
        return token.isShown(by: request.extracting(credentials)) ? nil : .noToken
    }

    /// Why a request is refused that came by that host; nil if it is not.
    ///
    /// By which names other machines know this one, it cannot tell.
    func refusal(ofHost host: RawSpan) -> HTTPFault? {
        isOnLoopback && !configuration.access.isOwn(host) ? .foreignHost : nil
    }
}
