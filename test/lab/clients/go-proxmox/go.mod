module pvesmb.invalid/lab/go-proxmox

go 1.24

require github.com/luthermonson/go-proxmox v0.2.1

require (
	github.com/buger/goterm v1.0.4 // indirect
	github.com/diskfs/go-diskfs v1.2.0 // indirect
	github.com/gorilla/websocket v1.4.2 // indirect
	github.com/jinzhu/copier v0.3.4 // indirect
	github.com/magefile/mage v1.14.0 // indirect
	golang.org/x/sys v0.0.0-20210630005230-0f9fa26af87c // indirect
	gopkg.in/djherbis/times.v1 v1.2.0 // indirect
)
