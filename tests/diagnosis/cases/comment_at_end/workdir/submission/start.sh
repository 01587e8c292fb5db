exec httpd -f -p 3000
