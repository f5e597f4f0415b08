/** What a page tells the frame around it: where one is, help for the panel at the side, and news to show on top. */
import type { BreadcrumbGroupProps } from "@cloudscape-design/components/breadcrumb-group";
import type { FlashbarProps } from "@cloudscape-design/components/flashbar";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";

export interface Notice {
  readonly type: "success" | "error" | "warning" | "info" | "in-progress";
  readonly header: string;
  readonly content?: ReactNode;
}

export interface PageState {
  readonly title: string;
  readonly crumbs: readonly BreadcrumbGroupProps.Item[];
  readonly help: ReactNode;
}

interface FrameState {
  readonly page: PageState;
  readonly notices: readonly FlashbarProps.MessageDefinition[];
  readonly isHelpOpen: boolean;
  readonly setPage: (page: PageState) => void;
  readonly setHelpOpen: (isOpen: boolean) => void;
  /** Shows a notice; the same `id` replaces what it said before. Returns the id. */
  readonly notify: (notice: Notice, id?: string) => string;
}

const EMPTY: PageState = { title: "Lambkin", crumbs: [], help: undefined };
const Frame = createContext<FrameState | undefined>(undefined);

export function FrameProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [page, setPage] = useState(EMPTY);
  const [isHelpOpen, setHelpOpen] = useState(false);
  const [notices, setNotices] = useState<readonly FlashbarProps.MessageDefinition[]>([]);
  const notify = useCallback((notice: Notice, id: string = crypto.randomUUID()) => {
    const dismiss = (): void => setNotices((all) => all.filter((each) => each.id !== id));
    const shown: FlashbarProps.MessageDefinition = {
      id,
      type: notice.type === "in-progress" ? "info" : notice.type,
      loading: notice.type === "in-progress",
      header: notice.header,
      content: notice.content,
      dismissible: notice.type !== "in-progress",
      dismissLabel: `Dismiss: ${notice.header}`,
      ariaRole: notice.type === "error" ? "alert" : "status",
      onDismiss: dismiss,
    };
    setNotices((all) => [shown, ...all.filter((each) => each.id !== id)]);
    return id;
  }, []);
  const state = useMemo(
    () => ({ page, notices, isHelpOpen, setPage, setHelpOpen, notify }),
    [page, notices, isHelpOpen, notify],
  );
  return <Frame.Provider value={state}>{children}</Frame.Provider>;
}

export function useFrame(): FrameState {
  const frame = useContext(Frame);
  if (frame === undefined) throw new Error("useFrame is for what stands inside FrameProvider");
  return frame;
}

export function useNotify(): FrameState["notify"] {
  return useFrame().notify;
}

/** Tells the frame what the page is; `help` must be the same object from one drawing to the next. */
export function useThisPage(
  title: string,
  crumbs: readonly BreadcrumbGroupProps.Item[],
  help: ReactNode,
): void {
  const { setPage } = useFrame();
  const key = JSON.stringify(crumbs);
  useEffect(() => {
    setPage({ title, crumbs: JSON.parse(key) as BreadcrumbGroupProps.Item[], help });
    document.title = `${title} – Lambkin`;
  }, [setPage, title, key, help]);
}
