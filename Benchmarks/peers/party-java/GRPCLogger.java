package party;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import logs.LogServiceGrpc;
import logs.Logs;

/** Takes entries by grpc-java. */
final class GRPCLogger extends LogServiceGrpc.LogServiceImplBase implements AutoCloseable {
    /** Known at once, so that no pings find it out. */
    static final int WINDOW_BYTES = 16 << 20;

    private static final int MOST_MESSAGE_BYTES = 20 << 20;
    private static final long END_LIMIT_S = 5;
    private static final Logs.LogResponse LOGGED = Logs.LogResponse.newBuilder().setResult("logged").build();

    private final Ledger ledger;
    private final Server server;

    GRPCLogger(InetSocketAddress address, Ledger ledger) throws IOException {
        this.ledger = ledger;
        var builder = NettyServerBuilder.forAddress(address).addService(this);
        if (!Party.isAtDefaults) {
            // An entry is recorded by the thread that it comes to: that takes less than handing it to another one.
            builder.directExecutor().flowControlWindow(WINDOW_BYTES).maxInboundMessageSize(MOST_MESSAGE_BYTES);
        }
        server = builder.build().start();
    }

    int port() {
        return server.getPort();
    }

    @Override
    public void close() throws InterruptedException {
        if (!server.shutdown().awaitTermination(END_LIMIT_S, TimeUnit.SECONDS)) {
            server.shutdownNow();
        }
    }

    @Override
    public void writeLog(Logs.LogRequest request, StreamObserver<Logs.LogResponse> answers) {
        var log = request.getLogEntry();
        var entry = new Entry();
        entry.name = log.getName();
        entry.data = log.getData();
        entry.run = log.getRun();
        entry.seq = log.getSeq();
        entry.sentAt = log.getSentAt();
        ledger.record(entry);
        answers.onNext(LOGGED);
        answers.onCompleted();
    }
}
