docker run -d --name web -p 3000:3000 busybox:1 httpd -f -p 80
