docker images
docker run -d --name web <image> sleep 600
