package main

import (
	"context"
	"database/sql"

	_ "github.com/mattn/go-sqlite3"
)

const sqliteTables = `
	CREATE TABLE IF NOT EXISTS entries (
		id INTEGER PRIMARY KEY, received_at INTEGER NOT NULL, sent_at INTEGER, severity INTEGER NOT NULL,
		repeated INTEGER NOT NULL, seq INTEGER, transport TEXT NOT NULL, run TEXT, message_id TEXT, name TEXT NOT NULL,
		data TEXT NOT NULL
	) STRICT;
	CREATE INDEX IF NOT EXISTS entries_name ON entries (name);
	CREATE INDEX IF NOT EXISTS entries_severity ON entries (severity) WHERE severity > 0;
	CREATE INDEX IF NOT EXISTS entries_run ON entries (run, seq) WHERE run IS NOT NULL;
	CREATE INDEX IF NOT EXISTS entries_message_id ON entries (message_id) WHERE message_id IS NOT NULL;`

// sqliteStore has one connection, on which transactions are begun and ended without the pool of database/sql.
type sqliteStore struct {
	connection *sql.Conn
	plain      *sql.Stmt
	ofRun      *sql.Stmt
}

func openSQLite(path string) (store, error) {
	ctx := context.Background()
	db, err := sql.Open("sqlite3", "file:"+path+"?_journal_mode=WAL&_synchronous=FULL&_busy_timeout=5000")
	if err != nil {
		return nil, err
	}
	connection, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := connection.ExecContext(ctx, sqliteTables); err != nil {
		return nil, err
	}
	s := &sqliteStore{connection: connection}
	s.plain, err = connection.PrepareContext(ctx, `INSERT INTO entries (received_at, sent_at, severity, repeated, transport,
		name, data) VALUES (?, ?, ?, 0, ?, ?, ?)`)
	if err != nil {
		return nil, err
	}
	s.ofRun, err = connection.PrepareContext(ctx, `INSERT INTO entries (received_at, sent_at, severity, transport, name, data,
		run, seq, repeated) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,
		EXISTS (SELECT 1 FROM entries WHERE run = ?7 AND seq = ?8))`)
	return s, err
}

func (s *sqliteStore) commit(entries []*entry) error {
	ctx := context.Background()
	if _, err := s.connection.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for _, e := range entries {
		var err error
		if e.run == "" {
			_, err = s.plain.ExecContext(ctx, e.receivedAt, nullable(e.sentAt), e.severity, e.transport, e.name, e.data)
		} else {
			_, err = s.ofRun.ExecContext(ctx, e.receivedAt, nullable(e.sentAt), e.severity, e.transport, e.name, e.data,
				e.run, e.seq)
		}
		if err != nil {
			s.connection.ExecContext(ctx, "ROLLBACK")
			return err
		}
	}
	_, err := s.connection.ExecContext(ctx, "COMMIT")
	return err
}

// nullable is null for a time that nobody has said.
func nullable(time int64) interface{} {
	if time == 0 {
		return nil
	}
	return time
}
