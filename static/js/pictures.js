// A picture that can't be loaded gives way to the initials beneath it.
{
  const broken = (picture) => picture.complete && picture.naturalWidth === 0;
  document.addEventListener("error", (event) => {
    if (event.target.matches?.(".avatar img")) event.target.remove();
  }, true);
  document.querySelectorAll(".avatar img").forEach((picture) => broken(picture) && picture.remove());
}
