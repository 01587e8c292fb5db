#!/bin/sh
exec httpd -f -p 3000
