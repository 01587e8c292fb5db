@echo off
REM start it
docker run -d -v "%cd%:/app" nginx
docker ps
