package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

const (
	mostBodyBytes = 32 << 20
	// A connection of HTTP/2 waits for no window: those of broker-lab.
	streamWindow, connectionWindow = 4 << 20, 16 << 20
)

var (
	logged  = []byte(`{"error":false,"message":"logged"}`)
	buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}
)

// serveHTTP takes entries, HTTP/2 with prior knowledge among them, and answers for the ledger.
func serveHTTP(listener net.Listener, entries *ledger) (stop func()) {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /log", func(w http.ResponseWriter, r *http.Request) {
		var e entry
		if err := readEntry(w, r, &e); err != nil {
			reply(w, http.StatusBadRequest, envelope{Error: true, Message: err.Error()})
			return
		}
		entries.record(e.Name, e.Data, e.Run, e.Seq, e.SentAt)
		if atDefaults {
			reply(w, http.StatusAccepted, envelope{Message: "logged"})
			return
		}
		w.Header()["Content-Type"] = []string{"application/json"}
		w.Header()["Content-Length"] = []string{strconv.Itoa(len(logged))}
		w.WriteHeader(http.StatusAccepted)
		w.Write(logged)
	})
	mux.HandleFunc("PUT /runs/{id}", func(w http.ResponseWriter, r *http.Request) {
		fitCores()
		own, isNew := entries.announce(r.PathValue("id"), r.URL.Query().Get("sealed") == "true")
		if !isNew {
			reply(w, http.StatusConflict, envelope{Error: true, Message: "the run is known"})
			return
		}
		reply(w, http.StatusCreated, own.report())
	})
	mux.HandleFunc("GET /runs/{id}", func(w http.ResponseWriter, r *http.Request) {
		own := entries.find(r.PathValue("id"))
		if own == nil {
			reply(w, http.StatusNotFound, envelope{Error: true, Message: "there is no such run"})
			return
		}
		reply(w, http.StatusOK, own.report())
	})
	server := &http.Server{Handler: mux, Protocols: new(http.Protocols)}
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetUnencryptedHTTP2(true)
	if !atDefaults {
		server.HTTP2 = &http.HTTP2Config{
			MaxConcurrentStreams: 4096, MaxReceiveBufferPerStream: streamWindow,
			MaxReceiveBufferPerConnection: connectionWindow,
		}
	}
	go func() {
		if err := server.Serve(listener); err != http.ErrServerClosed {
			fail(err)
		}
	}()
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		server.Shutdown(ctx)
	}
}

func readEntry(w http.ResponseWriter, r *http.Request, e *entry) error {
	body := http.MaxBytesReader(w, r.Body, mostBodyBytes)
	if atDefaults {
		return json.NewDecoder(body).Decode(e)
	}
	buffer := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buffer)
	buffer.Reset()
	if _, err := buffer.ReadFrom(body); err != nil {
		return err
	}
	return json.Unmarshal(buffer.Bytes(), e)
}

func reply(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(value)
}

// httpSender posts entries: one after the other on each of its workers' connections, or over HTTP/2 all on one.
type httpSender struct {
	client *http.Client
	url    string
	// Of each worker: what it sends, and what it is answered.
	bodies, answers []bytes.Buffer
}

func dialHTTP(target string, workers int, isHTTP2 bool) (sender, error) {
	s := &httpSender{
		client: &http.Client{}, url: "http://" + target + "/log",
		bodies: make([]bytes.Buffer, workers), answers: make([]bytes.Buffer, workers),
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if !atDefaults {
		transport.MaxIdleConns, transport.MaxIdleConnsPerHost, transport.MaxConnsPerHost = workers, workers, workers
		transport.DisableCompression = true
	}
	if isHTTP2 {
		transport.Protocols = new(http.Protocols)
		transport.Protocols.SetUnencryptedHTTP2(true)
		if !atDefaults {
			transport.MaxConnsPerHost = 1
			transport.HTTP2 = &http.HTTP2Config{
				MaxReceiveBufferPerStream: streamWindow, MaxReceiveBufferPerConnection: connectionWindow,
			}
		}
	}
	s.client.Transport = transport
	return s, nil
}

func (s *httpSender) send(worker int, e *entry) error {
	if atDefaults {
		return s.sendAtDefaults(e)
	}
	body, answer := &s.bodies[worker], &s.answers[worker]
	body.Reset()
	if err := json.NewEncoder(body).Encode(e); err != nil {
		return notSent{err}
	}
	request, err := http.NewRequest(http.MethodPost, s.url, bytes.NewReader(body.Bytes()))
	if err != nil {
		return notSent{err}
	}
	request.Header["Content-Type"] = []string{"application/json"}
	response, err := s.client.Do(request)
	if err != nil {
		return failed(err)
	}
	answer.Reset()
	_, err = answer.ReadFrom(response.Body)
	response.Body.Close()
	if err != nil {
		return err
	}
	return judged(response, answer.Bytes())
}

func (s *httpSender) sendAtDefaults(e *entry) error {
	body, err := json.Marshal(e)
	if err != nil {
		return notSent{err}
	}
	response, err := s.client.Post(s.url, "application/json", bytes.NewReader(body))
	if err != nil {
		return failed(err)
	}
	answer, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err != nil {
		return err
	}
	return judged(response, answer)
}

// failed tells a request that was not sent, since nobody could be reached, from others.
func failed(err error) error {
	var fault *net.OpError
	if errors.As(err, &fault) && fault.Op == "dial" {
		return notSent{err}
	}
	return err
}

func judged(response *http.Response, answer []byte) error {
	var said envelope
	err := json.Unmarshal(answer, &said)
	if err == nil && response.StatusCode == http.StatusAccepted && !said.Error {
		return nil
	}
	return rejected{errors.New(fmt.Sprint(response.Status, ": ", said.Message))}
}

func (s *httpSender) close() { s.client.CloseIdleConnections() }
