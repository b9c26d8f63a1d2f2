return await EdgeMesh.Agent.Cli.AgentCommand.InvokeAsync(args);
