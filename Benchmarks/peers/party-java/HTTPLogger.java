package party;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Takes entries by {@link HttpServer}, and answers for the ledger. */
final class HTTPLogger implements AutoCloseable {
    private static final int MOST_BODY_BYTES = 32 << 20;
    private static final byte[] LOGGED = "{\"error\":false,\"message\":\"logged\"}".getBytes(StandardCharsets.UTF_8);

    private final Ledger ledger;
    private final HttpServer server;
    private ExecutorService threads;

    HTTPLogger(InetSocketAddress address, Ledger ledger) throws IOException {
        this.ledger = ledger;
        server = HttpServer.create(address, 0);
        server.createContext("/log", this::log);
        server.createContext("/runs/", this::answer);
        if (!Party.isAtDefaults) {
            threads = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
            server.setExecutor(threads);
        }
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        if (threads != null) {
            threads.shutdown();
        }
    }

    private void log(HttpExchange exchange) throws IOException {
        if (!exchange.getRequestMethod().equals("POST")) {
            refuse(exchange, 405, "POST alone");
            return;
        }
        Entry entry;
        try {
            entry = EntryJSON.decoded(exchange.getRequestBody().readNBytes(MOST_BODY_BYTES));
        } catch (IOException error) {
            refuse(exchange, 400, "no entry");
            return;
        }
        ledger.record(entry);
        if (Party.isAtDefaults) {
            reply(exchange, 202, new Line().with("error", false).with("message", "logged"));
        } else {
            reply(exchange, 202, LOGGED);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        var id = exchange.getRequestURI().getPath().substring("/runs/".length());
        switch (exchange.getRequestMethod()) {
            case "PUT" -> {
                var run = ledger.announce(id, "sealed=true".equals(exchange.getRequestURI().getQuery()));
                if (run == null) {
                    refuse(exchange, 409, "the run is known");
                } else {
                    reply(exchange, 201, run.report());
                }
            }
            case "GET" -> {
                var run = ledger.find(id);
                if (run == null) {
                    refuse(exchange, 404, "there is no such run");
                } else {
                    reply(exchange, 200, run.report());
                }
            }
            default -> refuse(exchange, 405, "PUT and GET alone");
        }
    }

    private static void refuse(HttpExchange exchange, int status, String message) throws IOException {
        reply(exchange, status, new Line().with("error", true).with("message", message));
    }

    private static void reply(HttpExchange exchange, int status, Line answer) throws IOException {
        reply(exchange, status, answer.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static void reply(HttpExchange exchange, int status, byte[] answer) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }
}
