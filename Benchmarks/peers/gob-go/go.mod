module gob-go

go 1.24
