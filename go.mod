module ptvd

go 1.26
