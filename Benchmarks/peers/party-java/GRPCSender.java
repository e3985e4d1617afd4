package party;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import logs.LogServiceGrpc;
import logs.Logs;

/** Calls {@code WriteLog} by grpc-java, on a channel of its own. */
final class GRPCSender implements Sender {
    private static final long DIAL_LIMIT_S = 5;

    private final ManagedChannel channel;
    private final LogServiceGrpc.LogServiceStub stub;

    GRPCSender(String target) throws Exception {
        var builder = NettyChannelBuilder.forTarget(target).usePlaintext();
        if (!Party.isAtDefaults) {
            // Answers are read by the thread that they come to; no pings find a window out.
            builder.directExecutor().flowControlWindow(GRPCLogger.WINDOW_BYTES);
        }
        channel = builder.build();
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DIAL_LIMIT_S);
        for (var state = channel.getState(true); state != ConnectivityState.READY; state = channel.getState(true)) {
            var changed = new CountDownLatch(1);
            channel.notifyWhenStateChanged(state, changed::countDown);
            if (state == ConnectivityState.TRANSIENT_FAILURE
                    || !changed.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                channel.shutdownNow();
                throw new IOException("cannot reach " + target);
            }
        }
        stub = LogServiceGrpc.newStub(channel);
    }

    @Override
    public void send(Entry entry, Outcome outcome) {
        var log = Logs.Log.newBuilder()
                .setName(entry.name)
                .setData(entry.data)
                .setRun(entry.run)
                .setSeq(entry.seq)
                .setSentAt(entry.sentAt);
        stub.writeLog(Logs.LogRequest.newBuilder().setLogEntry(log).build(), new StreamObserver<>() {
            @Override
            public void onNext(Logs.LogResponse answer) {}

            @Override
            public void onError(Throwable error) {
                outcome.failed(fate(Status.fromThrowable(error)), String.valueOf(error.getMessage()));
            }

            @Override
            public void onCompleted() {
                outcome.acknowledged();
            }
        });
    }

    private static Fate fate(Status status) {
        return switch (status.getCode()) {
            case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED, UNKNOWN -> Fate.UNKNOWN;
            default -> Fate.REJECTED;
        };
    }

    @Override
    public void close() throws InterruptedException {
        channel.shutdownNow().awaitTermination(DIAL_LIMIT_S, TimeUnit.SECONDS);
    }
}
