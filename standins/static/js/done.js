// The last page of 3-D Secure inside a frame: tells the page around it, which then asks the API how it went.
parent.postMessage({ standin: true, told: "3ds-done" }, "*");
