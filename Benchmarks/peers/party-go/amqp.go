package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

const (
	exchange = "logs_topic"
	key      = "log.INFO"
	prefetch = 256
	// One acknowledgement for so many deliveries, or for what there is when nothing more waits.
	batch = 64
)

func openAMQP(url string) (*amqp.Connection, *amqp.Channel, error) {
	connection, err := amqp.Dial(url)
	if err != nil {
		return nil, nil, err
	}
	channel, err := connection.Channel()
	if err == nil {
		err = channel.ExchangeDeclare(exchange, "topic", true, false, false, false, nil)
	}
	if err != nil {
		connection.Close()
		return nil, nil, err
	}
	return connection, channel, nil
}

// consume records what comes to a queue of its own.
func consume(url, queue string, isTemporary bool, entries *ledger) (stop func()) {
	connection, channel, err := openAMQP(url)
	check(err)
	var arguments amqp.Table
	if isTemporary {
		arguments = amqp.Table{"x-expires": int32(60000)}
	}
	_, err = channel.QueueDeclare(queue, true, isTemporary, false, false, arguments)
	check(err)
	for _, severity := range []string{"INFO", "WARNING", "ERROR"} {
		check(channel.QueueBind(queue, "log."+severity, exchange, false, nil))
	}
	if !atDefaults {
		check(channel.Qos(prefetch, 0, false))
	}
	deliveries, err := channel.Consume(queue, "", false, false, false, false, nil)
	check(err)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		unacknowledged := 0
		for delivery := range deliveries {
			// What is no entry is taken out of the queue, so that it does not come again and again.
			if e := (entry{}); json.Unmarshal(delivery.Body, &e) == nil {
				entries.record(e.Name, e.Data, e.Run, e.Seq, e.SentAt)
			} else {
				fmt.Fprintln(os.Stderr, "party-go: a message is no entry")
			}
			unacknowledged++
			if atDefaults || unacknowledged >= batch || len(deliveries) == 0 {
				if delivery.Ack(!atDefaults) != nil {
					return
				}
				unacknowledged = 0
			}
		}
	}()
	return func() {
		connection.Close()
		<-ended
	}
}

func check(err error) {
	if err != nil {
		fail(err)
	}
}

// amqpSender publishes persistent messages on one channel, and waits for the confirm of each. Where it is to, it connects anew when
// its connection is lost, and publishes what was not confirmed again, or leaves that to others; meanwhile nothing is sent.
type amqpSender struct {
	target    string
	workers   int
	redials   bool
	resends   bool
	bodies    []bytes.Buffer
	isClosing atomic.Bool

	lock sync.Mutex
	// link is nil while there is none; found is closed when there is one again.
	link  *amqpLink
	found chan struct{}
}

// unconfirmedLimit is how long a message that was not confirmed waits for a connection.
const unconfirmedLimit = 30 * time.Second

// As the example of amqp091-go's documentation has them: when it is tried again to connect, and when a message that was not
// confirmed is sent again.
const exampleDelay = 5 * time.Second

var (
	errNotConnected = errors.New("not connected to RabbitMQ")
	errLost         = errors.New("the channel was closed")
)

func dialAMQP(target string, workers int, redials, resends bool) (sender, error) {
	link, err := openLink(target, workers)
	if err != nil {
		return nil, err
	}
	s := &amqpSender{
		target: target, workers: workers, redials: redials, resends: resends, bodies: make([]bytes.Buffer, workers), link: link,
	}
	return s, nil
}

func (s *amqpSender) send(worker int, e *entry) error {
	body := &s.bodies[worker]
	body.Reset()
	if err := json.NewEncoder(body).Encode(e); err != nil {
		return notSent{err}
	}
	s.lock.Lock()
	link := s.link
	s.lock.Unlock()
	if link == nil {
		return notSent{errNotConnected}
	}
	for {
		isTaken, err := link.publish(worker, body.Bytes())
		if err != nil {
			if link = s.next(link); link == nil {
				return err
			}
			continue
		}
		if !isTaken {
			return rejected{errors.New("RabbitMQ did not take a message, or no queue does")}
		}
		return nil
	}
}

// next is the link in place of one that was lost; nil where there is none in time, or is to be none.
func (s *amqpSender) next(lost *amqpLink) *amqpLink {
	if !s.redials {
		return nil
	}
	s.lock.Lock()
	if s.link == lost {
		s.link, s.found = nil, make(chan struct{})
		go s.redial(s.found)
	}
	found := s.found
	s.lock.Unlock()
	if !s.resends {
		return nil
	}
	if atDefaults {
		time.Sleep(exampleDelay)
	}
	select {
	case <-found:
	case <-time.After(unconfirmedLimit):
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.link
}

// redial connects at once, and as long as that fails again and again.
func (s *amqpSender) redial(found chan struct{}) {
	delay := redialDelay
	if atDefaults {
		delay = exampleDelay
	}
	for !s.isClosing.Load() {
		if link, err := openLink(s.target, s.workers); err == nil {
			s.lock.Lock()
			s.link = link
			s.lock.Unlock()
			close(found)
			return
		}
		time.Sleep(delay)
	}
}

func (s *amqpSender) close() {
	s.isClosing.Store(true)
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.link != nil {
		s.link.connection.Close()
	}
}

// amqpLink is a connection with its channel.
type amqpLink struct {
	connection *amqp.Connection
	channel    *amqp.Channel
	// isReturned is whether a message came back, since no queue takes it.
	isReturned atomic.Bool

	// A message's delivery tag is known in advance, as one goroutine at a time publishes.
	lock    sync.Mutex
	lastTag uint64
	// waiting are the workers whose messages are not confirmed yet, by tag; they are told in answers.
	waiting map[uint64]int
	answers []chan bool
	failure chan struct{}
}

func openLink(target string, workers int) (*amqpLink, error) {
	connection, channel, err := openAMQP(target)
	if err != nil {
		return nil, err
	}
	if err := channel.Confirm(false); err != nil {
		connection.Close()
		return nil, err
	}
	l := &amqpLink{
		connection: connection, channel: channel,
		waiting: make(map[uint64]int, workers), answers: make([]chan bool, workers), failure: make(chan struct{}),
	}
	for i := range l.answers {
		l.answers[i] = make(chan bool, 1)
	}
	returns := channel.NotifyReturn(make(chan amqp.Return, workers))
	go func() {
		for range returns {
			l.isReturned.Store(true)
		}
	}()
	if !atDefaults {
		go l.readConfirms(channel.NotifyPublish(make(chan amqp.Confirmation, workers)))
	}
	return l, nil
}

func (l *amqpLink) readConfirms(confirms <-chan amqp.Confirmation) {
	for confirm := range confirms {
		l.lock.Lock()
		worker := l.waiting[confirm.DeliveryTag]
		delete(l.waiting, confirm.DeliveryTag)
		l.lock.Unlock()
		l.answers[worker] <- confirm.Ack
	}
	close(l.failure)
}

// publish publishes a message, and waits until RabbitMQ has it; whether it has taken it.
func (l *amqpLink) publish(worker int, body []byte) (bool, error) {
	message := amqp.Publishing{ContentType: "application/json", DeliveryMode: amqp.Persistent, Body: body}
	isTaken := false
	if atDefaults {
		confirm, err := l.channel.PublishWithDeferredConfirm(exchange, key, true, false, message)
		if err != nil {
			return false, err
		}
		// A channel that is closed answers for all that waits that it was not taken.
		if isTaken = confirm.Wait(); !isTaken && l.channel.IsClosed() {
			return false, errLost
		}
	} else {
		l.lock.Lock()
		l.lastTag++
		l.waiting[l.lastTag] = worker
		err := l.channel.PublishWithContext(context.Background(), exchange, key, true, false, message)
		l.lock.Unlock()
		if err != nil {
			return false, err
		}
		select {
		case isTaken = <-l.answers[worker]:
		case <-l.failure:
			return false, errLost
		}
	}
	return isTaken && !l.isReturned.Load(), nil
}
