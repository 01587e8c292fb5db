require("fs").writeFileSync("page.txt", `${process.env.REACT_APP_BACKEND_URL}\n`);
