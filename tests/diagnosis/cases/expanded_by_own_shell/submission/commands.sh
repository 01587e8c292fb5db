docker run --name greeter busybox:1 sh -c "name=Ada; echo Hello, $name"
