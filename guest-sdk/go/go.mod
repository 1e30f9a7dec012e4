module wflow

go 1.24
