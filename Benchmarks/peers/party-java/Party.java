package party;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A broker and a logger in Java: a party of broker-lab's benchmarks over {@code http}, {@code grpc} and {@code amqp}. README.md has
 * what it does at its best, and what at its defaults.
 *
 * <pre>
 * party-java logger --listen http=127.0.0.1:0 --listen grpc=127.0.0.1:0
 * party-java broker [--defaults]
 * party-java speaks
 * </pre>
 */
final class Party {
    private static final String SPOKEN = "http\ngrpc\namqp";

    /** Whether everything is as the libraries have it where nobody has looked with a profiler. */
    static boolean isAtDefaults;

    private Party() {}

    /** Prints a line of JSON. */
    static synchronized void say(Line line) {
        System.out.println(line);
        System.out.flush();
    }

    /** Prints why the program cannot go on, and ends it. */
    static void fail(String what) {
        System.err.println("party-java: " + what);
        Runtime.getRuntime().halt(1);
    }

    public static void main(String[] words) throws Exception {
        if (words.length == 1 && words[0].equals("speaks")) {
            System.out.println(SPOKEN);
            return;
        }
        if (words.length == 0 || !(words[0].equals("logger") || words[0].equals("broker"))) {
            fail("say logger, broker or speaks");
        }
        Map<String, String> addresses = new LinkedHashMap<>();
        var queue = "logs";
        boolean isTemporary = false;
        for (int index = 1; index < words.length; index++) {
            switch (words[index]) {
                case "--defaults" -> isAtDefaults = true;
                case "--amqp-temporary" -> isTemporary = true;
                case "--amqp-queue" -> queue = value(words, ++index);
                case "--listen" -> {
                    var pair = value(words, ++index).split("=", 2);
                    if (pair.length < 2) {
                        fail("--listen takes NAME=HOST:PORT, not " + pair[0]);
                    }
                    addresses.put(pair[0], pair[1]);
                }
                default -> fail("there is no " + words[index]);
            }
        }
        if (!isAtDefaults) {
            // An answer is not held back for an acknowledgement of the one before, and sockets that have nothing to do stay.
            System.setProperty("sun.net.httpserver.nodelay", "true");
            System.setProperty("sun.net.httpserver.maxIdleConnections", "20000");
            // With less, as where there are two cores, each answer of an HttpClient is handed to a thread that is made for it.
            System.setProperty("java.util.concurrent.ForkJoinPool.common.parallelism", "2");
        }
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        if (words[0].equals("broker")) {
            atEnd(() -> { });
            sayReady();
            Generator.work(lines);
        } else {
            receive(addresses, queue, isTemporary);
            sayReady();
            while (lines.readLine() != null) { }
        }
        System.exit(0);
    }

    private static String value(String[] words, int index) {
        if (index >= words.length) {
            fail(words[index - 1] + " takes a value");
        }
        return words[index];
    }

    private static void sayReady() {
        say(new Line()
                .with("ready", true)
                .with("name", isAtDefaults ? "java-defaults" : "java")
                .with("version", Runtime.version().toString()));
    }

    /** What is done at the end, which SIGTERM brings about as well, and is then no failure. */
    private static void atEnd(Runnable stop) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stop.run();
            Runtime.getRuntime().halt(0);
        }));
    }

    /** Listens where it is told to, of what it speaks, and at the end takes no further entry and answers those that came. */
    private static void receive(Map<String, String> addresses, String queue, boolean isTemporary) throws Exception {
        var ledger = new Ledger();
        List<AutoCloseable> loggers = new ArrayList<>();
        for (var listen : addresses.entrySet()) {
            var place = listen.getValue();
            switch (listen.getKey()) {
                case "http" -> {
                    var http = new HTTPLogger(address(place), ledger);
                    loggers.add(http);
                    sayTarget("http", host(place) + ":" + http.port());
                }
                case "grpc" -> {
                    var grpc = new GRPCLogger(address(place), ledger);
                    loggers.add(grpc);
                    sayTarget("grpc", host(place) + ":" + grpc.port());
                }
                case "amqp" -> {
                    loggers.add(new AMQPLogger(place, queue, isTemporary, ledger));
                    sayTarget("amqp", place);
                }
                default -> { }
            }
        }
        atEnd(() -> {
            for (var logger : loggers) {
                try {
                    logger.close();
                } catch (Exception error) {
                    System.err.println("party-java: " + error);
                }
            }
        });
    }

    private static void sayTarget(String transport, String target) {
        say(new Line().with("transport", transport).with("target", target));
    }

    private static String host(String place) {
        return place.substring(0, Math.max(0, place.lastIndexOf(':')));
    }

    private static InetSocketAddress address(String place) {
        return new InetSocketAddress(host(place), Integer.parseInt(place.substring(place.lastIndexOf(':') + 1)));
    }
}
