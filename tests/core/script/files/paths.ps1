docker build -f .\docker\Dockerfile .
cd data\sub
docker ps
