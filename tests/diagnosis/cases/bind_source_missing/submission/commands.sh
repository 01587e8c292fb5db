docker run -d --name logger -v "$PWD/text.log:/text.log" busybox:1 sh -c 'while echo a line >> /text.log; do sleep 1; done'
