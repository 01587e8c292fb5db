$ docker pull nginx
$ docker run -d nginx
