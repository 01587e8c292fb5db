#!/bin/sh
# The program of the container. You needn't change it.
# It writes a report, then waits until it is asked to stop.

finish() {
  echo "worker: I was asked to stop, and I am done"
  exit 0
}
trap finish TERM

echo "worker: I have begun"
echo "This report was written by $(hostname)." > /report.txt
while true; do
  sleep 600 &
  wait $!
done
