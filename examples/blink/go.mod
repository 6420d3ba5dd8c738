module example.org/blink

go 1.26

require ptvd v0.0.0

replace ptvd => ../..
