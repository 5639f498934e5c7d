// Lets "5 min ago" grow older by itself, by the server's clock: the computer's own may be wrong.
// Times older than half a day move with the calendar; future ones keep their date.
{
  const [now, seconds, moment, minutes, hours] = document.body.dataset.ticking.split("|");
  const HALF_A_DAY = 43_200;
  const AHEAD = 300;
  const fast = Date.now() - now;

  const ago = (passed, exactly) => {
    if (passed < 60) return exactly && passed > 1 ? seconds.replace("{n}", passed) : moment;
    if (passed < 3600) return minutes.replace("{n}", Math.floor(passed / 60));
    return hours.replace("{n}", Math.floor(passed / 3600));
  };

  const tick = () => {
    if (document.hidden) return;
    for (const time of pickAll("time:not(.dated)")) {
      const passed = Math.floor((Date.now() - fast - Date.parse(time.dateTime)) / 1000);
      const exactly = time.parentElement.id === "updated";
      if (passed < -AHEAD || passed >= HALF_A_DAY || !(exactly || time.closest("[data-item], .conversation, .head, .index"))) continue;
      const text = ago(passed, exactly);
      if (time.textContent !== text) time.textContent = text;
    }
  };
  tick();
  setInterval(tick, 1000);
}
