/** How many tunnels all fronts have open together. */
import { HTTP_LIMITS } from "../../config/mod.ts";
import { tooManyTunnels } from "../tunnels.ts";

export class OpenTunnels {
  #count = 0;

  /** Throws TooManyRequestsException; the function returned gives the place back, once. */
  enter(): () => void {
    if (this.#count >= HTTP_LIMITS.tunnelsMax) throw tooManyTunnels();
    this.#count++;
    let isIn = true;
    return () => {
      if (isIn) this.#count--;
      isIn = false;
    };
  }
}
