#!/bin/sh
docker run –d nginx
