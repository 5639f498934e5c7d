// A refresh that finds nothing new says so, since nothing else on the page changes.
{
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt.id === "refresh" && event.detail.xhr.status === 204) {
      document.getElementById("status").textContent = "Nothing new.";
    }
  });
}
