// The peer that broker-lab's `amqp` transport is compared with: a publisher and a consumer on amqp091-go, as a Go program is
// written that has been looked at with a profiler: one channel, a window of unconfirmed messages instead of a goroutine for
// each, one acknowledgement for many deliveries, the garbage collector told to collect less often.
//
//	amqp-go consumer --to amqp://127.0.0.1:5672 --queue NAME [--quorum]
//	amqp-go publisher --to amqp://127.0.0.1:5672 --payload-bytes 100 --in-flight 64 --duration 2 --warmup 0.5
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// Entry is the contract's message.
type Entry struct {
	Name string `json:"name"`
	Data string `json:"data"`
}

const (
	exchange = "logs_topic"
	key      = "log.INFO"
	prefetch = 256
	// One acknowledgement for so many deliveries, or for what there is when nothing more waits.
	batch = 64
)

func open(url string) (*amqp.Connection, *amqp.Channel) {
	connection, err := amqp.Dial(url)
	check(err)
	channel, err := connection.Channel()
	check(err)
	check(channel.ExchangeDeclare(exchange, "topic", true, false, false, false, nil))
	return connection, channel
}

// consume records entries in a ring of so many, as the logger does, until SIGTERM.
func consume(arguments []string) {
	flags := flag.NewFlagSet("consumer", flag.ExitOnError)
	to := flags.String("to", "amqp://127.0.0.1:5672", "the URL of RabbitMQ")
	name := flags.String("queue", "amqp-go", "the queue to declare and consume from")
	quorum := flags.Bool("quorum", false, "declare a quorum queue")
	flags.Parse(arguments)
	connection, channel := open(*to)
	table := amqp.Table{"x-expires": int32(60000)}
	if *quorum {
		table["x-queue-type"] = "quorum"
	}
	_, err := channel.QueueDeclare(*name, true, !*quorum, false, false, table)
	check(err)
	for _, severity := range []string{"INFO", "WARNING", "ERROR"} {
		check(channel.QueueBind(*name, "log."+severity, exchange, false, nil))
	}
	check(channel.Qos(prefetch, 0, false))
	deliveries, err := channel.Consume(*name, "", false, false, false, false, nil)
	check(err)
	fmt.Println("consuming from", *name)
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		<-ended
		connection.Close()
	}()

	var latest [4096]Entry
	received, unacknowledged := 0, 0
	for delivery := range deliveries {
		var entry Entry
		check(json.Unmarshal(delivery.Body, &entry))
		latest[received%len(latest)] = entry
		received++
		unacknowledged++
		if unacknowledged >= batch || len(deliveries) == 0 {
			if delivery.Ack(true) != nil {
				return
			}
			unacknowledged = 0
		}
	}
}

// publish keeps so many messages unconfirmed, and measures from publish to confirm.
func publish(arguments []string) {
	flags := flag.NewFlagSet("publisher", flag.ExitOnError)
	to := flags.String("to", "amqp://127.0.0.1:5672", "the URL of RabbitMQ")
	payloadBytes := flags.Int("payload-bytes", 100, "length of the data of each entry")
	inFlight := flags.Int("in-flight", 64, "messages that are not confirmed yet")
	duration := flags.Float64("duration", 2, "how long is measured, in seconds")
	warmup := flags.Float64("warmup", 0.5, "how long is sent before that, in seconds")
	flags.Parse(arguments)
	connection, channel := open(*to)
	check(channel.Confirm(false))
	confirms := channel.NotifyPublish(make(chan amqp.Confirmation, *inFlight))
	free := make(chan struct{}, *inFlight)
	// When each message was published, by its delivery tag.
	published := make([]time.Time, *inFlight+1)
	var latencies []time.Duration
	from := time.Now().Add(seconds(*warmup))
	until := from.Add(seconds(*duration))
	done := make(chan int)
	for range *inFlight {
		free <- struct{}{}
	}
	go func() {
		total := 0
		for confirm := range confirms {
			if !confirm.Ack {
				fail("a message was refused")
			}
			start := published[confirm.DeliveryTag%uint64(len(published))]
			if !start.Before(from) {
				latencies = append(latencies, time.Since(start))
			}
			total++
			free <- struct{}{}
		}
		done <- total
	}()

	entry := Entry{Name: "bench", Data: strings.Repeat("x", *payloadBytes)}
	for tag := uint64(1); ; tag++ {
		<-free
		now := time.Now()
		if !now.Before(until) {
			break
		}
		published[tag%uint64(len(published))] = now
		body, err := json.Marshal(entry)
		check(err)
		message := amqp.Publishing{ContentType: "application/json", DeliveryMode: amqp.Persistent, Body: body}
		check(channel.PublishWithContext(context.Background(), exchange, key, true, false, message))
	}
	for range *inFlight - 1 {
		<-free
	}
	elapsed := time.Since(from).Seconds()
	check(connection.Close())
	report(elapsed, latencies, <-done)
}

// report prints what was measured as one line of JSON.
func report(seconds float64, latencies []time.Duration, total int) {
	if len(latencies) == 0 {
		fail("nothing was measured")
	}
	slices.Sort(latencies)
	percentile := func(share float64) float64 {
		return float64(latencies[min(len(latencies)-1, int(share*float64(len(latencies))))].Nanoseconds()) / 1000
	}
	fmt.Printf("{\"messages\": %d, \"total_messages\": %d, \"seconds\": %.6f, \"messages_per_s\": %.1f, "+
		"\"p50_us\": %.2f, \"p99_us\": %.2f}\n", len(latencies), total, seconds, float64(len(latencies))/seconds,
		percentile(0.5), percentile(0.99))
}

func seconds(count float64) time.Duration { return time.Duration(count * float64(time.Second)) }

func check(err error) {
	if err != nil {
		fail(err)
	}
}

func fail(what any) {
	fmt.Fprintln(os.Stderr, "amqp-go:", what)
	os.Exit(1)
}

func main() {
	// Whoever sets GOGC decides.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	if len(os.Args) < 2 {
		fail("say publisher or consumer")
	}
	switch os.Args[1] {
	case "consumer":
		consume(os.Args[2:])
	case "publisher":
		publish(os.Args[2:])
	default:
		fail("say publisher or consumer")
	}
}
