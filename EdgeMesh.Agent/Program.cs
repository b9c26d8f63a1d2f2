return await EdgeMesh.Agent.Cli.AgentCommand.Create().Parse(args).InvokeAsync();
