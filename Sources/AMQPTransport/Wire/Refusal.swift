/// Why a connection or a channel was closed, or a message returned.
struct Refusal: Hashable, CustomStringConvertible {
    /// The reply-code (AMQP 0-9-1, 1.2): 403 access-refused, 404 not-found.
    var code: UInt16
    /// The reply-text.
    var text: String

    /// Both of them.
    var description: String { "\(text) (reply code \(code))" }

    /// What it means that a connection was closed while `attempt` was under way, and what to do about it; an empty one means
    /// that the connection was in use.
    func explanation(attempt: String, _ url: AMQPURL) -> String {
        guard !attempt.isEmpty else { return "it closed the connection: \(self)" }
        let mend =
            switch code {
            case 403 where attempt.hasPrefix("log in"):
                ". Check user and password in the URL (guest works from localhost only)"
            case 530 where url.virtualHost.isEmpty: ". For the default vhost, leave out the '/' at the end of the URL"
            case 530 where text.contains("refused for user"):
                ". Give the user the permission (rabbitmqctl set_permissions)"
            case 530 where text.contains("not found"):
                ". Create the vhost, or give an existing one in the URL (amqp://HOST/VHOST)"
            case 403: ". Give the user the permission (rabbitmqctl set_permissions)"
            case 406: ". Delete the existing one, or make it as the contract says"
            default: ""
            }
        return "it refused to \(attempt): \(text)\(mend)"
    }
}
