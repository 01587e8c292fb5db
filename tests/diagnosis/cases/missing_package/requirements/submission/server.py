import flask

app = flask.Flask("pages")
app.run(host="0.0.0.0", port=3000)
