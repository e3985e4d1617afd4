/// What a cell has around its transport and its load, and a logger of its own for: where entries are kept, over what sockets
/// they come, through what network, on which side of that RabbitMQ is, whether over TLS, who plays broker and logger, how much work an
/// entry is to the logger, what goes wrong, who sends again what failed, and who is between the two.
package struct Setting: Sendable, Hashable {
    /// Where the logger keeps entries.
    package var store = StoreKind.memory
    /// Over what sockets they come.
    package var socket = SocketKind.tcp
    /// What lies between broker and logger.
    package var network = Network.loopback
    /// On which side of a link RabbitMQ is; of loopback, and where there is none, the usual one.
    package var rabbitMQSide = RabbitMQSide.logger
    /// Whether the two speak TLS.
    package var tls = TLSUse.off
    /// Who plays broker and logger.
    package var parties = PartyPair()
    /// How much work each entry is to the logger before it is recorded.
    package var loggerWork = LoggerWork.none
    /// What goes wrong meanwhile.
    package var fault = Fault.none
    /// Who sends again what failed.
    package var retries = Retries.own
    /// Who is between broker and logger.
    package var through = Through.none

    /// Creates a setting.
    package init(
        store: StoreKind = .memory, socket: SocketKind = .tcp, network: Network = .loopback,
        rabbitMQSide: RabbitMQSide = .logger, tls: TLSUse = .off, parties: PartyPair = PartyPair(),
        loggerWork: LoggerWork = .none, fault: Fault = .none, retries: Retries = .own,
        through: Through = .none
    ) {
        (self.store, self.socket, self.network, self.tls, self.parties) = (store, socket, network, tls, parties)
        (self.rabbitMQSide, self.loggerWork) = (rabbitMQSide, loggerWork)
        (self.fault, self.retries, self.through) = (fault, retries, through)
    }

    /// Whether all of it is as it is where nothing is said.
    package var isUsual: Bool { self == Setting() }

    /// `stored in sqlite, over Unix sockets`: what is not as usual; nil where all is.
    package var text: String? {
        let parts = [
            store.text, socket == .unix ? "over Unix sockets" : nil, network.over, rabbitMQSide.text, tls.over,
            parties.text, loggerWork.text, fault.text, retries.text, through.text,
        ].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    /// The same in names, each part behind a separator: `/sqlite/unix`; nothing where all is as usual.
    package func tag(_ separator: String) -> String {
        let parts = [
            store.isDurable ? store.rawValue : nil, socket == .unix ? socket.rawValue : nil,
            network.isLink ? network.text : nil, rabbitMQSide == .broker ? "rabbitmq-broker" : nil,
            tls.tag, parties.isOwn ? nil : parties.name, loggerWork.tag, fault == .none ? nil : fault.rawValue,
            retries.tag, through.tag,
        ]
        return parts.compactMap(\.self).map { separator + $0 }.joined()
    }
}
