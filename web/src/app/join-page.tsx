import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import { Join } from "../features/accounts/join";

export function JoinPage() {
  const navigate = useNavigate();
  const enter = useCallback((slug: string) => void navigate({ to: "/w/$workspace/roadmap", params: { workspace: slug }, replace: true }), [navigate]);
  return <Join secret={window.location.hash.slice(1)} onDone={enter} />;
}
