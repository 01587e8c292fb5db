echo "<p>Hello</p>" > index.html
