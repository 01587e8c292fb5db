docker build -t page .
docker run -d --name web -p 3000:80 page
echo "the new page" > index.html
docker build -t page .
